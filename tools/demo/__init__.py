"""One candidate's story, played against the sandbox by people's acts and watched with people's eyes."""
