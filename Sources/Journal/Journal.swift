/// Journal
