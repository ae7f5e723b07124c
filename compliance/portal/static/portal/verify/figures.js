// Numbers as Python's "%.4g" writes them, so that a sentence is the same in a browser and elsewhere.

// The digits of a number to so many places, and its exponent; ties go to the even digit.
function rounded(number, places) {
  const [exact, power] = number.toExponential(30).split("e");
  const all = exact.replace(".", "");
  const tie = /^50*$/.test(all.slice(places));
  if (tie && Number(all[places - 1]) % 2 === 0) return [all.slice(0, places), Number(power)];
  const [digits, exponent] = number.toExponential(places - 1).split("e");
  return [digits.replace(".", ""), Number(exponent)];
}

const bare = (text) => (text.includes(".") ? text.replace(/\.?0*$/, "") : text);

export function general(number, places = 6) {
  if (number === 0) return Object.is(number, -0) ? "-0" : "0";
  const sign = number < 0 ? "-" : "";
  const [digits, exponent] = rounded(Math.abs(number), places);
  if (exponent < -4 || exponent >= places) {
    const shift = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${bare(`${digits[0]}.${digits.slice(1)}`)}e${exponent < 0 ? "-" : "+"}${shift}`;
  }
  if (exponent < 0) return `${sign}${bare(`0.${"0".repeat(-exponent - 1)}${digits}`)}`;
  return `${sign}${bare(`${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`)}`;
}
