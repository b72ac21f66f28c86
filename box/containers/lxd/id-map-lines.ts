/** `volatile.idmap.next`: whose the ids of an instance are on the box, at its next start. Pure. */
import { z } from 'zod';

const Ranges = z.array(
  z.object({ Isuid: z.boolean(), Isgid: z.boolean(), Hostid: z.number(), Nsid: z.number(), Maprange: z.number() }),
);

/** As values of `lxc.idmap`; none: the ids are the same inside and outside. */
export function idMapLines(config: Readonly<Record<string, string>>): string[] {
  const ranges = Ranges.parse(JSON.parse(config['volatile.idmap.next'] ?? config['volatile.last_state.idmap'] ?? '[]'));
  return ranges.flatMap(({ Isuid, Isgid, Hostid, Nsid, Maprange }) => {
    const rest = `${Nsid} ${Hostid} ${Maprange}`;
    return [...(Isuid ? [`u ${rest}`] : []), ...(Isgid ? [`g ${rest}`] : [])];
  });
}
