"""Stand-ins for the agencies' systems: a made-up city's deliveries over SFTP, HTTP and PostgreSQL, on loopback."""
