extension CommandLineTool {
    /// What `crmsync --help` prints.
    static let help = """
        crmsync turns what customers do on a website into a live CRM in Redis.

        Usage:
          crmsync serve        receive events (settings come from environment variables)
          crmsync journal      what waits on disk for Redis, and dead letters
          crmsync health       exit 0 when the service on HOST:PORT lives, else 1
          crmsync --version
          crmsync --help

        Settings that most need (all are in the README):
          PORT=8080            port to listen on
          HOST=127.0.0.1       address to listen on; 0.0.0.0 or :: for all
          REDIS_URL=redis://127.0.0.1:6379/0    or unix:/run/redis.sock
          ADMIN_TOKEN=         bearer token for reading; one is made and printed when not set
          LOG_FORMAT=text      or json
        """
}
