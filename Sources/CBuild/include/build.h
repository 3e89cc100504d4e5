// What the build knows and the source does not.
#ifndef CRMSYNC_BUILD_H
#define CRMSYNC_BUILD_H

/// The commit that the program was built from, its first 12 digits, with a `+` where files had changed since. Empty where
/// neither git nor CRMSYNC_COMMIT told the build.
const char *crmsync_commit(void);

#endif
