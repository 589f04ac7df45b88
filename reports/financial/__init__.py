"""The "compte rendu financier" of a grant: the sheet of the public form (Cerfa 15059), pure, then on paper."""
