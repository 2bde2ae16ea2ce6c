"""Tables that lie side by side: what follows from one for another, within an edition and between editions."""
