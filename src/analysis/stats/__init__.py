"""Statistics: data in, result out. Nothing here touches disk or prints."""
