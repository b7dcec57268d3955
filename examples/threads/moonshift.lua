return {
  url = env "DATABASE_URL" or "postgresql://admin:chatAdmin@localhost:5434/ai_chat",
}
