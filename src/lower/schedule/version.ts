// Raised whenever the text of a schedule may mean other code, or the nests of a network may have other names: what was
// measured of schedules before is then worth nothing.

export const scheduleVersion = 5;
