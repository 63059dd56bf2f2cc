/**
 * Names of people; any likeness is chance.
 * @module
 */

/** First names. */
export const FIRST_NAMES =
  ("Ada Aisha Alan Amir Ana Andrew Anita Anna Arjun Ben Bruno Carla Carlos Chen Clara Daniel David " +
    "Deepa Diana Edgar Elena Emil Emma Eric Eva Farah Felix Fiona Frank Grace Greta Hana Hannah Hugo " +
    "Ian Ines Irene Ivan Jack James Jan Jana Jonas Julia Karim Kate Kavya Lars Laura Lena Leo Li Lin " +
    "Lucas Lucy Maria Mark Marta Max Maya Mei Mia Mina Nadia Nina Noah Nora Olga Omar Oscar Paul Petra " +
    "Priya Rahul Rita Rosa Ruth Sam Sara Simon Sofia Tara Theo Tim Tom Uma Vera Victor Wei Yara Zoe")
    .split(" ");

/** Family names. */
export const LAST_NAMES =
  ("Abbott Ahmed Andersen Baker Bauer Becker Bell Berg Brown Carter Chan Clark Cole Costa Cruz Das " +
    "Davies Diaz Dubois Evans Fischer Fox Garcia Ghosh Gill Gray Green Gupta Haas Hall Hansen Harris " +
    "Hill Hoffmann Horn Hughes Iqbal Jain Jensen Jones Kaur Keller Khan King Klein Koch Kumar Lang Lee " +
    "Lewis Lopez Lutz Marsh Martin Mehta Meyer Mills Moore Morgan Moss Nair Novak Olsen Ortiz Park Patel " +
    "Perez Pohl Price Rao Reed Reid Rossi Roth Roy Saito Sato Schmidt Shah Silva Singh Smith Stone Tan " +
    "Taylor Thomas Turner Vogel Wagner Walker Ward Watson Weber White Wolf Wong Wood Wright Young Zhang")
    .split(" ");
