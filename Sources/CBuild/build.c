#include "build.h"

const char *crmsync_commit(void) { return CRMSYNC_COMMIT; }
