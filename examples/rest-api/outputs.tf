output "api_url" {
  description = "Where the API answers"
  value       = aws_api_gateway_stage.live.invoke_url
}
