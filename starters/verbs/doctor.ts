/** `lockstep doctor [--box lxc12]`: what is well, what is not, and what to do about it. Changes nothing. */
import { EXIT } from '../exit-codes';
import { doctorFlow } from '../doctor/doctor-flow';
import type { DoctorOptions } from '../doctor/doctor-flow';
import type { Io } from '../io';
import { unlessInterrupted } from '../unless-interrupted';
import type { Verb } from '../verb';

export const doctorVerb: Verb = {
  flags: (command) =>
    command
      .option('--box <name>', 'the box to ask, too, as named in the fleet file')
      .option('--fleet <file>', 'the fleet file (default: LOCKSTEP_FLEET, else fleet.yaml)')
      .option('--as <user@host>', "an admin's login on the host, to look at what needs one")
      .option('--identity <file>', "the admin's private key (default: as ssh would choose)")
      .option('--json', 'one JSON object a line on stdout')
      .allowExcessArguments(false),
  run: async (options: DoctorOptions, io: Io) =>
    (await unlessInterrupted(io.interrupted, () => doctorFlow(options, io))) ?? EXIT.detached,
};
