{{ published_nights(ref('stored_outreach_conversion')) }}
