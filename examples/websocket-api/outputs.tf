output "api_url" {
  description = "Where the API takes connections"
  value       = aws_apigatewayv2_stage.live.invoke_url
}
