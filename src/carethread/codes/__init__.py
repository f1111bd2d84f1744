"""Code sets and dated tables, each with its source. Pure: knows neither Django nor the record."""
