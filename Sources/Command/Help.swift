extension CommandLineTool {
    /// What `crmsync --help` prints.
    static let help = """
        crmsync turns what customers do on a website into a live CRM in Redis.

        Usage:
          crmsync serve        receive events (settings come from environment variables)
          crmsync status       whether events arrive, and if not, why
          crmsync journal      what waits on disk for Redis, and dead letters
          crmsync health       exit 0 when the service on HOST:PORT lives, else 1
          crmsync alerts       urgent tasks, live
          crmsync contact WHO  one contact with its tasks and timeline
          crmsync tasks        the task desk
          crmsync task done|cancel|reopen|assign ID
          crmsync stats        funnel, bookings, revenue
          crmsync explain FILE what an event would do, and why; nothing is written
          crmsync import FILE  take past events, one JSON object a line
          crmsync export WHO   everything about a person, as JSON
          crmsync erase WHO --yes
          crmsync retention    what is due for removal by age; --yes allows it
          crmsync check        whether the database is as it should be; --fix repairs it
          crmsync --version
          crmsync --help

        Settings that most need (all are in the guide):
          PORT=8080            port to listen on
          HOST=127.0.0.1       address to listen on; 0.0.0.0 or :: for all
          REDIS_URL=redis://127.0.0.1:6379/0    or unix:/run/redis.sock
          ADMIN_TOKEN=         bearer token for reading; one is made and printed when not set
          LOG_FORMAT=text      or json
        """

    /// What `--help` prints behind each command that reads Redis.
    static let commandHelp: [String: String] = [
        "alerts": """
        Usage: crmsync alerts [--json] [--exec COMMAND]

        Shows the urgent tasks that are open, then those that open and close, until it is stopped. Waits for Redis, comes
        back by itself when it was away, and then tells what opened and closed meanwhile.
          --json          one line of JSON for each, as published on crm_task_urgent and crm_task_closed
          --exec COMMAND  runs COMMAND in a shell for each task that opens, with that line on its standard input
        """ + statuses,
        "contact": """
        Usage: crmsync contact EMAIL|CUSTOMER_ID|CONTACT_ID [--json]

        Shows one contact, its tasks, and the newest entries of its timeline.
        """ + statuses,
        "tasks": """
        Usage: crmsync tasks [--open|--overdue|--done|--cancelled] [--priority urgent|high|normal] [--limit N] [--json]

        Shows tasks, those that are due first (closed ones: the newest) first.
        """ + statuses,
        "task": """
        Usage: crmsync task done|cancel|reopen TASK_ID [--by NAME] [--reason TEXT] [--json]
               crmsync task assign TASK_ID NAME [--by NAME] [--json]

        Changes one task. NAME '' takes it away from everybody. --by is $USER when left out.
        """ + statuses,
        "stats": """
        Usage: crmsync stats [--days N] [--json]

        Shows the funnel, bookings and revenue of the last 30 (or N, at most 400) days, open tasks, top names.
        """ + statuses,
        "explain": """
        Usage: crmsync explain EVENT.json|- [--server] [--json]

        Tells what an event would do, as POST /track-event would take it, and writes nothing: which contact, which
        status, which tasks and alerts, which writes to Redis, and by which rules. - reads standard input. Without Redis
        it tells what the rules say, and what is not known.
          --server  as if it came with a server key (MONEY_EVENTS=server)

        Exit status 2: the event would be refused.
        """ + statuses,
        "import": """
        Usage: crmsync import EVENTS.ndjson|- [--tasks recent|all|none] [--strict] [--restart]

        Takes past events, one JSON object a line as in POST /track-event, as trusted as with a server key. Each needs a
        timestamp; one without event_id gets an id made of its line, so the same line is applied once within
        DEDUPE_HOURS. How far it came is kept in EVENTS.ndjson.progress: run again, it goes on from there, also with lines
        that were added meanwhile. Ctrl-C stops it in order.
          --tasks    which events may open tasks: recent (those whose task became due a day ago at most; the default),
                     all, or none
          --strict   stop at the first line that is refused
          --restart  begin with the first line again

        Exit status 2: some lines were refused; they are named on standard error. 130: stopped by Ctrl-C.
        """ + statuses,
        "export": """
        Usage: crmsync export EMAIL|CUSTOMER_ID|CONTACT_ID

        Prints everything that is kept about a person, as JSON.
        """ + statuses,
        "erase": """
        Usage: crmsync erase EMAIL|CUSTOMER_ID|CONTACT_ID --yes [--rewrite-aof]

        Erases everything about a person and prints a receipt. It cannot be undone. Late events of the person are
        dropped for 30 days, and as long the same command with the contact's id prints the receipt again.
          --rewrite-aof  asks Redis to rewrite its append-only file (BGREWRITEAOF), which keeps what was erased until then
        """ + statuses,
        "check": CheckCommand.help,
        "retention": RetentionCommand.help + statuses,
        "status": StatusCommand.help,
    ]

    private static let statuses = """


        Exit status: 0 done, 1 failed or Redis away, 3 not found, 64 not understood, 78 settings cannot be used.
        REDIS_URL says where Redis is. NO_COLOR=1 turns colours off.
        """
}
