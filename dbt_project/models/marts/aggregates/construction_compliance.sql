{{ published_nights(ref('stored_construction_compliance')) }}
