/** The admission of connections, checked against a model. */
import {
  AdmissionModel,
  type AdmissionStep,
  CLIENTS,
  HOSTS,
} from "../../tunnel/admission_model.ts";
import { Script } from "../script.ts";
import type { Target } from "../target.ts";

const ON_PLACES = ["greet", "encrypted", "login", "fail", "leave", "late"] as const;
/** Time steps at or close to the model's time limits, in milliseconds. */
const TIMES = [1, 20, 299, 300, 999, 1_000, 1_500, 60_000, 7 * 24 * 3_600_000];

export const admission: Target = {
  name: "admission",
  text: false,
  maxLength: 600,
  dictionary: [
    Uint8Array.of(0, 0, 7, 0, 9, 0), // enter, greet, start
    Uint8Array.of(8, 0, 2, 0), // log in
    Uint8Array.of(10, 3), // 300 ms
    Uint8Array.of(0, 0, 11, 0, 1, 5), // enter, a ticket
  ],
  generate: (random) => random.bytes(4 + random.below(400)),
  run(input) {
    const script = new Script(input);
    const limits = {
      unauthenticated: 1 + script.u8() % 24,
      perAddress: 1 + script.u8() % 5,
      handshakeRate: 1 + script.u8(),
    };
    const chances = Array.from({ length: 1 + script.u8() % 4 }, () => script.u8() / 256);
    const model = new AdmissionModel(limits, chances);
    while (!script.done) model.take(read(script));
    model.finish();
    return model.words.size === 0 ? ["nobody"] : [...model.words];
  },
};

function read(script: Script): AdmissionStep {
  const action = script.u8() % 13;
  if (action < 5) return { do: "enter", host: script.u8() % HOSTS };
  if (action < 7) return { do: "greet", which: script.u8() };
  if (action < 9) return { do: script.pick(ON_PLACES), which: script.u8() };
  if (action < 10) return { do: "start" };
  if (action > 10) {
    const [which, client, number] = [script.u8(), script.u8() % CLIENTS, script.u8()];
    return { do: "ticket", which, client, number };
  }
  return { do: "pass", time: script.pick(TIMES) };
}
