import CRM
import Service
import Store

/// `crmsync contact|tasks|task|stats|export|erase`: what the read API tells, at a terminal.
enum DeskCommands {
    /// Runs a command; `nil` when its words are not understood.
    static func run(_ name: String, _ words: [String], _ environment: [String: String]) -> Int32? {
        let options = Options(
            words,
            flags: Set(["--json", "--yes", "--rewrite-aof"] + TaskList.State.allCases.map { "--" + $0.rawValue }),
            values: ["--limit", "--days", "--by", "--reason", "--priority"])
        guard let options else { return nil }
        switch name {
        case "contact": return contact(options, environment)
        case "tasks": return tasks(options, environment)
        case "task": return task(options, environment)
        case "stats": return stats(options, environment)
        case "export": return export(options, environment)
        default: return erase(options, environment)
        }
    }

    private static func contact(_ options: Options, _ environment: [String: String]) -> Int32? {
        guard options.rest.count == 1 else { return nil }
        return Session.run(environment) { session in
            session.contactID(options.rest[0]) { id in
                session.reader.card(
                    id,
                    session.need { card in
                        guard let card else {
                            return session.fail("there is no contact \(id)", status: Session.notFound)
                        }
                        if options.has("--json") {
                            session.screen.raw(Printout.card(card))
                        } else {
                            show(card, on: session.screen)
                        }
                        session.end()
                    })
            }
        }
    }

    private static func show(_ card: ContactCard, on screen: Screen) {
        for (name, value) in card.contact.fields {
            screen.line("\(screen.paint(Screen.column(name, 22), .grey)) \(Screen.plain(value))")
        }
        screen.line("\n" + screen.paint("Tasks", .bold))
        for task in card.tasks { screen.line(line(task, screen)) }
        screen.line("\n" + screen.paint("Timeline", .bold))
        for activity in card.activities {
            let (time, text) = Activity.summary(activity)
            screen.line("\(screen.paint(time, .grey))  \(Screen.plain(text))")
        }
    }

    private static func tasks(_ options: Options, _ environment: [String: String]) -> Int32? {
        let states = TaskList.State.allCases.filter { options.has("--" + $0.rawValue) }
        let priority = options.value("--priority")
        guard options.rest.isEmpty, states.count <= 1, priority.map(TaskType.priorities.contains) ?? true,
            let limit = options.number("--limit", upTo: Reader.maxPage, default: 50)
        else { return nil }
        let list = TaskList(states.first ?? .open, priority: priority, dueFirst: true)
        return Session.run(environment) { session in
            session.reader.tasks(
                list, limit: limit, after: nil, now: session.now,
                session.need { page in
                    if options.has("--json") {
                        session.screen.raw(Printout.tasks(page))
                    } else {
                        for item in page.items {
                            session.screen.line(line(item.task, session.screen) + "  " + person(item.contact))
                        }
                        if page.items.isEmpty { session.screen.line("No tasks.") }
                        if page.next != nil { session.screen.line("… and more; see --limit") }
                    }
                    session.end()
                })
        }
    }

    private static func task(_ options: Options, _ environment: [String: String]) -> Int32? {
        guard let verb = options.rest.first, options.rest.count == (verb == "assign" ? 3 : 2) else { return nil }
        let order: TaskCommand
        switch verb {
        case "done": order = .complete(note: options.value("--reason") ?? "done")
        case "cancel": order = .cancel(reason: options.value("--reason") ?? "cancelled")
        case "reopen": order = .reopen
        case "assign": order = .assign(to: options.rest[2])
        default: return nil
        }
        let who = options.value("--by") ?? environment["USER"] ?? "command line"
        return Session.run(environment) { session in
            session.store.perform(
                order, on: options.rest[1], by: who, at: session.now,
                session.need { outcome in
                    if options.has("--json") { session.screen.raw(Printout.outcome(outcome)) }
                    switch outcome {
                    case .changed(let task), .unchanged(let task):
                        if !options.has("--json") { session.screen.line(line(task, session.screen)) }
                        session.end()
                    case .closed(let task):
                        session.fail("the task is \(task["status"] ?? "closed") already; reopen it first")
                    case .taken: session.fail("another task about the same booking is open")
                    case .missing: session.fail("there is no such task", status: Session.notFound)
                    }
                })
        }
    }

    private static func stats(_ options: Options, _ environment: [String: String]) -> Int32? {
        guard options.rest.isEmpty, let days = options.number("--days", upTo: 400, default: 30) else { return nil }
        return Session.run(environment) { session in
            session.reader.statistics(
                days: days, now: session.now,
                session.need { statistics in
                    if options.has("--json") {
                        session.screen.raw(Printout.statistics(statistics))
                    } else {
                        show(statistics, on: session.screen)
                    }
                    session.end()
                })
        }
    }

    private static func show(_ statistics: Statistics, on screen: Screen) {
        let days = statistics.days.reversed()
        screen.line(screen.paint("Funnel now", .bold))
        for (status, count) in statistics.funnel {
            screen.line(
                "  \(Screen.column(status.rawValue, 32)) \(Screen.column(String(count), 8)) \(Screen.bar(count, of: statistics.contacts))"
            )
        }
        screen.line(screen.paint("\nLast \(statistics.days.count) days", .bold))
        for (name, key) in [("Events", "events"), ("New contacts", "contacts_created"), ("Bookings", "bookings")] {
            screen.line(
                "  \(Screen.column(name, 14)) \(Screen.column(String(statistics.sum(key)), 12)) \(Screen.sparkline(days.map { $0[key] }))"
            )
        }
        let revenue = Money(cents: max(0, statistics.sum("revenue_cents")))?.description ?? "0.00"
        screen.line(
            "  \(Screen.column("Revenue", 14)) \(Screen.column(revenue, 12)) \(Screen.sparkline(days.map { $0["revenue_cents"] }))"
        )
        screen.line("  Abandoned \(share(statistics.abandonmentRate)), came back \(share(statistics.recoveryRate))")
        let late = "\(statistics.tasksOverdue) overdue"
        screen.line(screen.paint("\nTasks", .bold))
        screen.line("  \(statistics.tasksOpen) open, \(statistics.tasksOverdue > 0 ? screen.paint(late, .red) : late)")
        for (title, items) in [("Vehicles", statistics.vehicles), ("Locations", statistics.locations)]
        where !items.isEmpty {
            screen.line(screen.paint("\n\(title) this month", .bold))
            for item in items {
                screen.line(
                    "  \(Screen.column(Screen.plain(item.name), 32)) \(Screen.column(String(item.count), 8)) \(Screen.bar(item.count, of: items[0].count))"
                )
            }
        }
    }

    private static func export(_ options: Options, _ environment: [String: String]) -> Int32? {
        guard options.rest.count == 1 else { return nil }
        return Session.run(environment) { session in
            session.contactID(options.rest[0]) { id in
                write(Export(session.reader, of: id), of: id, ExportWriter(), session)
            }
        }
    }

    /// Writes the parts as they are read; whoever reads behind a pipe sets the pace.
    private static func write(_ export: Export, of id: String, _ writer: ExportWriter, _ session: Session) {
        export.next(
            session.need { part in
                var writer = writer
                if let part {
                    session.screen.piece(writer.write(part, at: session.now))
                    return write(export, of: id, writer, session)
                }
                guard writer.hasBegun else {
                    return session.fail("there is no contact \(id)", status: Session.notFound)
                }
                session.screen.raw(writer.end())
                session.end()
            })
    }

    private static func erase(_ options: Options, _ environment: [String: String]) -> Int32? {
        // What cannot be undone is not done by a slip of the finger.
        guard options.rest.count == 1, options.has("--yes") else { return nil }
        return Session.run(environment) { session in
            session.contactID(options.rest[0]) { id in
                Erasure.carryOut(
                    id, settings: session.settings, store: session.store, at: session.now,
                    session.need { erasure in
                        guard let erasure else {
                            return session.fail("there is no contact \(id)", status: Session.notFound)
                        }
                        session.screen.raw(Printout.erasure(erasure, id: id))
                        guard options.has("--rewrite-aof") else { return session.end() }
                        session.store.rewriteFile(
                            session.need { note in
                                CommandLineTool.complain(note)
                                session.end()
                            })
                    })
            }
        }
    }

    private static func share(_ rate: Double?) -> String { rate.map { "\(Int(($0 * 100).rounded())) %" } ?? "–" }

    /// A task in one line.
    static func line(_ task: StoredHash, _ screen: Screen) -> String {
        let priority = task["priority"] ?? ""
        let colour: Screen.Colour = priority == "urgent" ? .red : priority == "high" ? .yellow : .grey
        let state =
            task["status"] == "open"
            ? "due \(task["due_at"] ?? "")" : "\(task["status"] ?? "") \(task["closed_at"] ?? "")"
        return
            "\(screen.paint(Screen.column(priority, 7), colour)) \(task["id"] ?? "")  \(state)  \(Screen.plain(task["title"] ?? ""))"
    }

    /// Whom to call.
    static func person(_ contact: StoredHash?) -> String {
        let fields = ["first_name", "last_name", "phone", "email"].compactMap { contact?[$0] }
        return Screen.plain(fields.joined(separator: " "))
    }
}

/// One entry of a timeline.
enum Activity {
    /// Its time and its sentence.
    static func summary(_ json: String) -> (time: String, text: String) {
        var json = json
        return json.withUTF8 { bytes in
            guard let root = try? JSONDocument.parse(bytes).root else { return ("", "damaged entry") }
            return (root.member("timestamp")?.string ?? "", root.member("description")?.string ?? "")
        }
    }
}
