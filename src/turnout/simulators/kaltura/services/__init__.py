"""The services of a region beside api_v3: user profiles, app registry, chat, events, report files."""
