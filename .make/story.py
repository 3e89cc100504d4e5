#!/usr/bin/env python3
"""Prints a month of a car rental's events, one JSON object a line: `crmsync import` takes them.

    .make/story.py [CUSTOMERS]

The same story at each run, told up to now: customers search, look at cars, book, pay, leave and come back. The last hours
leave bookings open for a sales person to call about.
"""
import json
import random
import sys
import time

HOUR, DAY = 3_600_000, 86_400_000
FIRST = "Anna Ben Carla David Elif Farid Greta Hugo Ines Jonas Kira Liam Maya Noah Olga Pedro Rosa Sami Tara Umar".split()
LAST = "Adler Brandt Cohen Diaz Ekström Fischer Garcia Hansen Ivanov Jensen Keller Lopez Moreau Novak Okafor".split()
CARS = [("car_101", "Fiat 500", 39), ("car_202", "Volvo XC90", 149), ("car_303", "VW Golf", 55), ("car_404", "BMW i4", 119),
        ("car_505", "Skoda Octavia", 62), ("car_606", "Mercedes Vito", 135), ("car_789", "Toyota Camry", 90)]
PLACES = ["Airport", "Airport", "Airport", "City Centre", "City Centre", "Harbour", "Central Station"]
DEVICES = [("mobile", "Safari"), ("mobile", "Chrome"), ("desktop", "Chrome"), ("desktop", "Firefox"), ("tablet", "Safari")]


class Story:
    def __init__(self, now, seed=5):
        self.now, self.random = now, random.Random(seed)
        self.events, self.seconds = [], 0

    def customer(self, number):
        pick = self.random.choice
        round_of_names, place = divmod(number, len(FIRST))
        first, last = FIRST[place], LAST[(round_of_names + 7 * place) % len(LAST)]
        mail = f"{first}.{last}@example.com".lower().replace("ö", "o")
        return {"id": f"user{number}", "email": mail, "name": f"{first} {last}",
                "phone": f"+49 30 {1_000_000 + number * 792_041 % 9_000_000}"}, pick(DEVICES)

    def visit(self, number, start, ends):
        """One visit from `start` on, in epoch milliseconds, as far as `ends` says."""
        who, (device, browser) = self.customer(number)
        session = {"session_id": f"sess_{number}_{start % 10_000_000}", "device": device, "browser": browser}
        at, count = [start], [0]

        def tell(kind, **data):
            count[0] += 1
            time_of = at[0]
            at[0] += self.random.randint(20_000, 150_000)
            self.events.append({"event_type": kind, "event_id": f"{session['session_id']}-{count[0]}",
                                "timestamp": time_of, "customer": who, "event_data": data,
                                "session": {**session, "seq": count[0]}})

        is_new = ends.startswith("new ")
        ends = ends.removeprefix("new ")
        tell("customer.created" if is_new else "customer.login")
        place = self.random.choice(PLACES)
        tell("search.performed", location=place)
        for _ in range(self.random.randint(1, 3)):
            car = self.random.choice(CARS)
            tell("vehicle.viewed", vehicle_id=car[0], vehicle_name=car[1])
        if ends == "looked":
            return
        price = float(car[2] * self.random.randint(2, 9))
        booking = {"booking_id": f"b{number}-{start % 1_000_000}", "vehicle_id": car[0], "vehicle_name": car[1],
                   "pickup_location": place, "total_amount": price}
        tell("booking.started", **booking)
        tell("booking.step_completed", **booking, step="driver")
        if ends == "open":
            return
        if ends == "left":
            return tell("booking.abandoned", **booking, step="payment")
        payment = {"booking_id": booking["booking_id"], "amount": price}
        tell("payment.attempted", **payment)
        if ends == "declined":
            return tell("payment.failed", **payment, vehicle_name=car[1], reason="card declined")
        tell("payment.successful", **payment)
        tell("booking.completed", **booking)

    def write(self, customers):
        draw = self.random
        midnight = self.now - self.now % DAY
        for number in range(customers):
            day = draw.randint(1, 29)
            start = midnight - day * DAY + draw.randint(7, 20) * HOUR + draw.randint(0, HOUR)
            ends = draw.choices(["looked", "left", "declined", "booked"], [4, 3, 1, 5])[0]
            self.visit(number, start, "new " + ends)
            if ends in ("left", "declined") and draw.random() < 0.5:
                self.visit(number, start + draw.randint(2, 20) * HOUR, "booked")
        # Today, up to now.
        hours = [(0.2, "left"), (0.35, "left"), (0.6, "declined"), (0.9, "left"), (0.15, "open"), (0.1, "open"), (2.2, "booked"),
                 (1.4, "looked"), (3.1, "booked"), (1.8, "left"), (2.7, "looked"), (3.6, "booked"), (0.5, "looked")]
        for index, (hour, ends) in enumerate(hours):
            self.visit(customers + index, int(self.now - hour * HOUR), "new " + ends)
        kept = [event for event in self.events if event["timestamp"] <= self.now]
        return sorted(kept, key=lambda event: event["timestamp"])


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 160
    for line in Story(int(time.time() * 1000)).write(count):
        print(json.dumps(line, ensure_ascii=False))
