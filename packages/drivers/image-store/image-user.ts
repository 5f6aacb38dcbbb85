/** Who an image runs as: the `User` of its configuration, looked up in its own /etc/passwd and /etc/group. Pure. */
import { unusable } from "./unusable.ts";

export interface ImageUser {
  readonly uid: number;
  readonly gid: number;
  /** Further groups, by number. */
  readonly groups: readonly number[];
  /** Home directory; null where /etc/passwd does not know the user. */
  readonly home: string | null;
}

const idMax = 0xffff_fffe;

interface PasswdLine {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

const fieldsOf = (file: string): readonly (readonly string[])[] => file.split("\n").map((line) => line.split(":"));

const idOf = (text = ""): number | undefined => {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return id <= idMax ? id : undefined;
};

function passwdLines(file: string): readonly PasswdLine[] {
  return fieldsOf(file).flatMap(([name = "", , uidText, gidText, , home = ""]) => {
    const [uid, gid] = [idOf(uidText), idOf(gidText)];
    return name === "" || uid === undefined || gid === undefined ? [] : [{ name, uid, gid, home }];
  });
}

const groupLines = (file: string) =>
  fieldsOf(file).flatMap(([name = "", , idText, members = ""]) => {
    const gid = idOf(idText);
    return name === "" || gid === undefined ? [] : [{ name, gid, members: members.split(",") }];
  });

/**
 * `USER`, `USER:GROUP`, each a name or a number; empty is root. With a group there are no further groups, as with
 * other container engines. A number need not be known.
 * @throws NW1611 for names that the image does not know
 */
export function resolveUser(user: string, passwd: string, group: string): ImageUser {
  const [name = "", groupName, ...rest] = user.split(":");
  if (rest.length > 0 || groupName === "") throw unusable(`its user ${JSON.stringify(user)} is none`);
  const wanted = name === "" ? "0" : name;
  const users = passwdLines(passwd);
  const number = idOf(wanted);
  // A user may have digits for a name, which wins.
  const known = users.find((line) => line.name === wanted) ?? users.find(({ uid }) => uid === number);
  const uid = known?.uid ?? number;
  if (uid === undefined) throw unusable(`its /etc/passwd does not know its user ${JSON.stringify(name)}`);
  const home = known === undefined || !known.home.startsWith("/") ? null : known.home;
  const groups = groupLines(group);
  if (groupName !== undefined) {
    const gid = groups.find((line) => line.name === groupName)?.gid ?? idOf(groupName);
    if (gid === undefined) throw unusable(`its /etc/group does not know its group ${JSON.stringify(groupName)}`);
    return { uid, gid, groups: [], home };
  }
  const gid = known?.gid ?? 0;
  const further = groups.filter(
    ({ members, gid: own }) => known !== undefined && own !== gid && members.includes(known.name),
  );
  return { uid, gid, groups: [...new Set(further.map((line) => line.gid))].toSorted((a, b) => a - b), home };
}
