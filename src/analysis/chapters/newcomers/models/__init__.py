"""How newcomers and internationals are counted, and how unevenly schools have them."""
