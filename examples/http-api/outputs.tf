output "api_url" {
  description = "Where the API answers"
  value       = aws_apigatewayv2_api.this.api_endpoint
}
