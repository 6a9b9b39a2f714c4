// The executable: finds the command, runs it, sets the exit code.
