"""From any figure of a published night to the rows as received, and back: the walk an auditor takes."""
