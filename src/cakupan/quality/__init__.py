"""What makes a delivery and a row acceptable: rules, the pass that applies them, quarantine, and the gate."""
