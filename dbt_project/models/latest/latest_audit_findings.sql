{{ newest_night_of(ref('audit_findings')) }}
