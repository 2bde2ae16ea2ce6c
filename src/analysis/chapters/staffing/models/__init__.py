"""Teacher shortage, OAB money and the arbeidsmarkttoelage: what the money does to staffing."""
