"""Bad rows on their way back: what is open at which office, a workbook with them, and the workbook sent back."""
