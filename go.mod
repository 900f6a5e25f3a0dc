module threatwatch

go 1.26.0
