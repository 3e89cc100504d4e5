import Testing

@testable import CRM

@Suite struct FieldNameTests {
    private func name(_ text: String) -> FieldName? {
        var text = text
        return text.withUTF8 { FieldName($0) }
    }

    @Test func `each of the usual names has a place of its own`() {
        #expect((0..<FieldName.places).count { FieldName.usual[$0] != nil } == FieldName.usualNames.count)
    }

    @Test(arguments: [
        "password", "passWord", "pass_word", "pass-word", "PASSWORD", "p a s s w o r d", "userPassword", "userpassword",
        "password2", "new_password_confirm",
        "passwd", "pwd", "user_pwd", "userpwd", "pass", "PASS", "passphrase", "passcode", "pin", "PIN", "user_pin",
        "userPin", "PINCode", "PINEntry", "userSSNValue", "pin_code", "pincode",
        "pin1", "token", "access_token", "csrfToken", "tokens", "token_count", "secret", "client-secret", "apiKey",
        "api_key", "x-api-key", "access_key",
        "privateKey", "authorization", "Authorization", "auth", "auth_header", "oauth_code", "bearer", "credentials",
        "cookie", "Set-Cookie", "cookies",
        "card_number", "cardNumber", "CardNumber", "card-no", "cardno", "cc_number", "ccnumber", "ccNum", "credit_card",
        "creditcard", "debitCard", "pan",
        "card_pan", "cvv", "CVV2", "card_cvv", "cardcvv", "cvc", "cvc2", "csc", "security_code", "securitycode",
        "card_expiry", "cardExp", "card_exp_month",
        "expMonth", "exp_year", "expiry_month", "expiration_year", "exp_date", "cc_exp", "iban", "IBAN",
        "customer_iban", "bic", "swift", "swift_code",
        "account_number", "accountNumber", "bank_account", "routing_number", "sort_code", "sortCode", "ssn", "SSN",
        "user_ssn", "social_security_number",
        "tax_id", "taxId", "taxid", "TaxID", "national_id", "nationalId", "passport", "passport_number", "passportNo",
        "driver_license", "driversLicence",
        "driving_licence_number", "license_number", "licenceNumber", "otp", "otp_code", "smsOtp", "mfa", "mfa_code",
        "2fa", "2fa_code", "totp", "jwt",
        "PHPSESSID", "verification_code", "loyalty_card_number", "card number", "card.number", "user[password]",
        "cvn", "CVN", "cvn2", "card_cvn", "cid", "CID", "card_cid", "cardCid", "card_code", "cardCode", "kartennummer",
        "Kartennummer", "kreditkartennummer", "kreditkarte", "kontonummer", "konto_nr", "steuernummer", "steuer_id",
        "steueridentifikationsnummer", "sozialversicherungsnummer", "sozialversicherungs-nr", "personalausweis",
        "personalausweisnummer", "ausweis_nr", "reisepassnummer", "prüfnummer", "pruefnummer", "sicherheitscode",
        "führerscheinnummer", "kennwort", "mot_de_passe", "contraseña", "Contrasena", "senha", "wachtwoord", "csrf",
        "xsrf_value",
    ])
    func `a name that says a secret is known`(_ text: String) {
        #expect(name(text)?.isSecret == true)
    }

    @Test(arguments: [
        "vehicle_id", "vehicle_name", "pickup_location", "total_amount", "session_id", "sessionId", "device", "browser",
        "booking_id", "", "_", "name",
        "shipping", "shipping_cost", "spinner", "pinned", "opinion", "company", "companyName", "panorama_roof",
        "expansion", "author", "authenticated",
        "is_authentic", "preauthorized", "business_name", "passenger_count", "passengers", "ski_pass", "compass_width",
        "taxi_driver", "taxiDriver", "taxiDiscount",
        "resort_code", "international_id", "license_plate", "licensePlateNumber", "driver_age", "expiry_date",
        "expires_at", "bicycle", "biceps", "swiftly",
        "cooking", "card_type", "card_brand", "cardinal", "card_notes", "payment_method", "urban", "cubic_capacity",
        "discount", "postcode",
        "zip_code", "country_code", "promo_code", "otpion", "seats", "key", "keyless_entry", "vat_id", "accounting",
        "acid", "decide", "incident_id", "campaign_cid", "cidr", "placid", "discard_code", "postcard_codec", "karten",
        "konto", "steuer", "kundennummer", "bestellnummer", "rechnungsnummer", "prüfung", "account_type", "step",
        "span", "japan", "pandemic", "desenhar", "contrast", "contrase",
    ])
    func `a harmless name is harmless`(_ text: String) {
        #expect(name(text)?.isSecret == false)
    }

    @Test(arguments: [
        ("url", true), ("pageUrl", true), ("landing_page", true), ("page", true), ("path", true), ("uri", true),
        ("requestURI", true), ("href", true),
        ("referrer", true), ("http_referer", true), ("link", true), ("returnurl", true), ("security", false),
        ("pages", false), ("linked", false),
        ("location", false),
    ])
    func `a name that says URL is known`(_ text: String, _ isURL: Bool) {
        #expect(name(text)?.isURL == isURL)
    }

    @Test(arguments: [
        ("phone", true), ("customer_phone", true), ("phoneNumber", true), ("tel", true), ("mobile", true),
        ("whatsapp", true), ("fax", true),
        ("hotel", false), ("automobile", false), ("cancellation", false),
    ])
    func `a name that says phone is known`(_ text: String, _ isPhone: Bool) {
        #expect(name(text)?.isPhone == isPhone)
    }

    @Test func `fields with such names are dropped whatever they hold`() throws {
        #expect(try kept(#"{"password":"x","cvv":123,"pin":null,"auth":true,"a":1}"#) == #"{"a":1}"#)
        #expect(try kept(#"{"pass\u0077ord":"x","a":1}"#) == #"{"a":1}"#)
    }

    @Test func `a name that is itself a secret is dropped with its value`() throws {
        #expect(try kept(#"{"4111 1111 1111 1111":"x","https://a.b/?token":1,"Why us?":1}"#) == #"{"Why us?":1}"#)
    }
}
