locals {
  # What API Gateway wants is not the function's ARN but the one of its invocation.
  authorizer_uri = join("", [
    "arn:${data.aws_partition.current.partition}:apigateway:${data.aws_region.current.region}:lambda:path/2015-03-31",
    "/functions/${data.aws_cloudformation_export.authorizer.value}/invocations",
  ])
}

data "aws_partition" "current" {}

data "aws_region" "current" {}

# Unlike an import by another stack, this keeps nobody from deleting Latchkey's stack.
data "aws_cloudformation_export" "authorizer" {
  name = "${var.latchkey_stack}-AuthorizerArn"
}

resource "aws_apigatewayv2_api" "this" {
  name                       = var.name
  description                = "A WebSocket API whose clients need a key to connect"
  protocol_type              = "WEBSOCKET"
  route_selection_expression = "$request.body.action"
}

# Identity sources are left out: API Gateway answers 401 by itself, without a call, when a listed one is absent, and a key
# may be in a header, in a cookie or, from a browser, in ?api_key=. Results are never kept here, and simple responses and
# payload format versions are for HTTP APIs alone.
resource "aws_apigatewayv2_authorizer" "latchkey" {
  api_id          = aws_apigatewayv2_api.this.id
  name            = "latchkey"
  authorizer_type = "REQUEST"
  authorizer_uri  = local.authorizer_uri
}

# Without it, every request is a 500. The ARN must be the function's own, without an alias or a version.
resource "aws_lambda_permission" "authorizer" {
  action        = "lambda:InvokeFunction"
  function_name = data.aws_cloudformation_export.authorizer.value
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/authorizers/${aws_apigatewayv2_authorizer.latchkey.id}"
}

# The only route that can have an authorizer. It is asked once for a connection: a key that is revoked later does not close
# it. API Gateway does after two hours, or ten minutes without a message.
resource "aws_apigatewayv2_route" "connect" {
  api_id             = aws_apigatewayv2_api.this.id
  route_key          = "$connect"
  target             = "integrations/${aws_apigatewayv2_integration.backend.id}"
  authorization_type = "CUSTOM"
  authorizer_id      = aws_apigatewayv2_authorizer.latchkey.id
}

resource "aws_apigatewayv2_route" "default" {
  api_id    = aws_apigatewayv2_api.this.id
  route_key = "$default"
  target    = "integrations/${aws_apigatewayv2_integration.backend.id}"
  # With the route response below, the function's answer goes back to the client.
  route_response_selection_expression = "$default"
}

resource "aws_apigatewayv2_route_response" "default" {
  api_id             = aws_apigatewayv2_api.this.id
  route_id           = aws_apigatewayv2_route.default.id
  route_response_key = "$default"
}

resource "aws_apigatewayv2_route" "disconnect" {
  api_id    = aws_apigatewayv2_api.this.id
  route_key = "$disconnect"
  target    = "integrations/${aws_apigatewayv2_integration.backend.id}"
}

resource "aws_apigatewayv2_integration" "backend" {
  api_id             = aws_apigatewayv2_api.this.id
  integration_type   = "AWS_PROXY"
  integration_method = "POST"
  integration_uri    = aws_lambda_function.backend.invoke_arn
}

resource "aws_apigatewayv2_stage" "live" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "live"
  auto_deploy = true

  # Neither headers nor query strings, where a key may be; and no key_id, because a key that is off the record must leave
  # no line that names it. Execution logs are off unless default_route_settings turn them on; with data_trace_enabled they
  # would hold whole messages.
  dynamic "access_log_settings" {
    for_each = aws_cloudwatch_log_group.access

    content {
      destination_arn = access_log_settings.value.arn
      format = jsonencode({
        time       = "$context.requestTime"
        requestId  = "$context.requestId"
        connection = "$context.connectionId"
        route      = "$context.routeKey"
        status     = "$context.status"
      })
    }
  }
}

resource "aws_cloudwatch_log_group" "access" {
  count = var.access_logs ? 1 : 0

  name              = "/aws/apigateway/${var.name}/access"
  retention_in_days = 30
}

data "archive_file" "backend" {
  type        = "zip"
  output_path = "${path.module}/.terraform/backend.zip"

  source {
    filename = "index.py"
    content  = <<-PYTHON
      import json

      # What API Gateway adds to the authorizer's context.
      ADDED = ("principalId", "integrationLatency")


      def handler(event, context):
          # Strings alone, and none at all where $connect is open to everybody. Never log the event: the headers and the
          # query string of $connect hold the key.
          request = event["requestContext"]
          if request["eventType"] != "MESSAGE":
              # CONNECT and DISCONNECT. Any other status than 200 would refuse the connection.
              return {"statusCode": 200}
          authorizer = request.get("authorizer") or {}
          key = {name: value for name, value in authorizer.items() if name not in ADDED}
          return {"statusCode": 200, "body": json.dumps({"message": event.get("body"), "key": key})}
    PYTHON
  }
}

resource "aws_lambda_function" "backend" {
  function_name    = "${var.name}-backend"
  description      = "Answers each message with what the authorizer told of the key when its sender connected"
  role             = aws_iam_role.backend.arn
  runtime          = "python3.13"
  architectures    = ["arm64"]
  handler          = "index.handler"
  filename         = data.archive_file.backend.output_path
  source_code_hash = data.archive_file.backend.output_base64sha256
  memory_size      = 128
  timeout          = 5

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.backend.name
  }

  depends_on = [aws_iam_role_policy.backend]
}

resource "aws_lambda_permission" "backend" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.backend.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/*"
}

resource "aws_cloudwatch_log_group" "backend" {
  name              = "/aws/lambda/${var.name}-backend"
  retention_in_days = 30
}

resource "aws_iam_role" "backend" {
  name               = "${var.name}-backend"
  assume_role_policy = data.aws_iam_policy_document.backend_is_a_function.json
}

data "aws_iam_policy_document" "backend_is_a_function" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "backend" {
  name   = "write-its-logs"
  role   = aws_iam_role.backend.id
  policy = data.aws_iam_policy_document.backend_writes_its_logs.json
}

data "aws_iam_policy_document" "backend_writes_its_logs" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.backend.arn}:*"]
  }
}
