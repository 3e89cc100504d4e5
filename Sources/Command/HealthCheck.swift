/// `crmsync health`: what a container runs to see whether the service lives, so that its image needs no curl.
enum HealthCheck {
    /// Asks `/healthz` on the service's own address; 0 when it answers 200 within two seconds.
    static func run(_ environment: [String: String]) -> Int32 {
        let answer = try? ServiceClient(environment).get("/healthz")
        return answer?.status == 200 ? 0 : 1
    }
}
