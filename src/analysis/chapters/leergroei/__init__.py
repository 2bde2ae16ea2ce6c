"""What school closures did to learning growth."""
