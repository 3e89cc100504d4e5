/// Loop
