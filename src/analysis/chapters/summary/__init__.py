"""All findings of an edition."""
