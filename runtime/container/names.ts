/** Names for containers that are given none: an adjective and a scientist, as docker has them. */

import type { Store } from "../../storage/store.ts";
import { ConflictError, InvalidError } from "../../storage/errors.ts";
import { reserveName } from "../../storage/container/container_store.ts";

const adjectives = (
  "admiring agile amazing awake bold brave bright busy calm careful charming cheerful clever confident cool " +
  "curious daring dazzling determined eager earnest elegant eloquent epic exciting fearless focused friendly " +
  "frosty gallant gentle gifted goofy gracious happy hopeful humble inspiring jolly jovial keen kind laughing lively " +
  "loving lucid magical modest musing nifty nostalgic optimistic patient peaceful pensive practical quick quirky " +
  "quizzical relaxed reverent romantic serene sharp silly sleepy stoic sweet tender thirsty trusting upbeat vibrant " +
  "vigilant vigorous wise witty wonderful youthful zealous zen"
).split(" ");

const people = (
  "agnesi albattani allen archimedes babbage banach bardeen bartik bassi bell bhabha bohr bose boyd burnell cannon " +
  "carson chandrasekhar chatelet clarke cohen colden cori cray curie darwin davinci dijkstra edison einstein elion " +
  "engelbart euclid euler faraday fermat fermi feynman franklin galileo galois gates gauss germain goldberg goodall " +
  "hamilton hawking heisenberg hellman hermann hertz hodgkin hoover hopper hypatia jackson jang jennings johnson " +
  "joliot jones kapitsa keller kepler khayyam khorana kilby knuth kowalevski lalande lamarr lamport leakey leavitt " +
  "liskov lovelace lumiere maxwell mayer mccarthy mcclintock meitner mendel mendeleev mestorf mirzakhani morse " +
  "napier nash neumann newton nightingale nobel noether noyce panini pare pascal pasteur payne perlman pike poincare " +
  "ptolemy raman ramanujan ride ritchie roentgen rosalind rubin saha sammet shannon shockley sinoussi snyder " +
  "stallman swartz swirles tesla thompson torvalds turing varahamihira vaughan visvesvaraya volhard wiles williams " +
  "wilson wing wozniak wright yalow yonath"
).split(" ");

function pick<T>(items: readonly T[]): T {
  return items[crypto.getRandomValues(new Uint32Array(1))[0] % items.length];
}

/** Throws InvalidError unless this is a name that docker allows. */
export function checkContainerName(name: string, shown = name): void {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) {
    throw new InvalidError(
      `Invalid container name (${shown}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
    );
  }
  const LONGEST_FILE_NAME = 255;
  if (name.length > LONGEST_FILE_NAME) {
    throw new InvalidError(`container name is longer than ${LONGEST_FILE_NAME} characters`);
  }
}

/** Makes up a name that is free and reserves it. Needs the name lock. */
export function reserveRandomName(store: Store, id: string): string {
  for (let attempt = 0;; attempt++) {
    const name = `${pick(adjectives)}_${pick(people)}${attempt > 5 ? attempt : ""}`;
    try {
      reserveName(store, name, id);
      return name;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}
