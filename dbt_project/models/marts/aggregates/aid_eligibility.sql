{{ published_nights(history('stored_aid_eligibility')) }}
