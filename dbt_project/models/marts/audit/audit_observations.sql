{{ published_nights(ref('stored_audit_observations')) }}
