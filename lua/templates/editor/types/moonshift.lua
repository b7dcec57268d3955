${annotations}
