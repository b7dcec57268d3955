return {
  url = env "DATABASE_URL" or "postgres://localhost/people",
}
