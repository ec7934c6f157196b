"""The fifteen questions that a head of office asks, each with one query, one page and what it cannot say."""
