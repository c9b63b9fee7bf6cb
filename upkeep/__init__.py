"""What operators do: bring content in, make people and tokens, rebuild, demonstrate."""
