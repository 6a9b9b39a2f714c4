// The name of what was too much to be kept apart.

/** The object of an alert that stands for more than were kept apart. */
export const MANY = '(many)';
