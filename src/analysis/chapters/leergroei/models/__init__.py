"""What school closures did to learning growth: every model of the chapter, one module per question."""
