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
  name          = var.name
  description   = "An HTTP API whose callers need a key"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_authorizer" "latchkey" {
  api_id                            = aws_apigatewayv2_api.this.id
  name                              = "latchkey"
  authorizer_type                   = "REQUEST"
  authorizer_uri                    = local.authorizer_uri
  authorizer_payload_format_version = "2.0"
  enable_simple_responses           = true
  # No identity source: a key may be in any of several headers and cookies, and API Gateway answers 401 by itself when a
  # listed source is absent. No result is kept: a revocation would wait for it.
  authorizer_result_ttl_in_seconds = 0
  # To keep results, and ask the function less often, have these three sources instead, and all three:
  #   identity_sources = ["$request.header.x-api-key", "$context.routeKey", "$context.identity.sourceIp"]
  #   authorizer_result_ttl_in_seconds = 60
  # A kept result answers every request with the same sources, so they must tell apart all that the function would.
  # Whatever is in x-api-key counts as a key; an Authorization header of another scheme does not, and a result kept under
  # it would serve others who send the same. A simple response speaks of no route: routeKey keeps those apart, but
  # not the paths below one {proxy+} or {id}. If an API set names only some of these, keep no results. A key may be bound
  # to addresses: sourceIp keeps them apart.
}

# Without it, every request is a 500. The ARN must be the function's own, without an alias or a version.
resource "aws_lambda_permission" "authorizer" {
  action        = "lambda:InvokeFunction"
  function_name = data.aws_cloudformation_export.authorizer.value
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/authorizers/${aws_apigatewayv2_authorizer.latchkey.id}"
}

resource "aws_apigatewayv2_route" "backend" {
  for_each = toset(["GET /orders", "GET /orders/{id}"])

  api_id    = aws_apigatewayv2_api.this.id
  route_key = each.key
  target    = "integrations/${aws_apigatewayv2_integration.backend.id}"
  # A route without these two lines is open to everybody.
  authorization_type = "CUSTOM"
  authorizer_id      = aws_apigatewayv2_authorizer.latchkey.id
}

resource "aws_apigatewayv2_integration" "backend" {
  api_id             = aws_apigatewayv2_api.this.id
  integration_type   = "AWS_PROXY"
  integration_method = "POST"
  integration_uri    = aws_lambda_function.backend.invoke_arn
  # Left out, it is 1.0, in which the authorizer's context is elsewhere in the event.
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_stage" "default" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true

  # Neither headers nor query strings, where a key may be; and no key_id, because a key that is off the record must leave
  # no line that names it.
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format = jsonencode({
      time      = "$context.requestTime"
      requestId = "$context.requestId"
      route     = "$context.routeKey"
      status    = "$context.status"
      latency   = "$context.responseLatency"
    })
  }
}

# Under this name, log groups share one entry in the account's resource policy for logs, whose size is limited.
resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/vendedlogs/${var.name}/access"
  retention_in_days = 30
}

data "archive_file" "backend" {
  type        = "zip"
  output_path = "${path.module}/.terraform/backend.zip"

  source {
    filename = "index.py"
    content  = <<-PYTHON
      import json


      def handler(event, context):
          # Strings alone, and none at all where an open route was called without a key. Never log the event: the
          # headers in it hold the key.
          authorizer = event["requestContext"].get("authorizer") or {}
          body = {"route": event["routeKey"], "key": authorizer.get("lambda") or {}}
          headers = {"content-type": "application/json", "cache-control": "no-store"}
          return {"statusCode": 200, "headers": headers, "body": json.dumps(body)}
    PYTHON
  }
}

resource "aws_lambda_function" "backend" {
  function_name    = "${var.name}-backend"
  description      = "Answers with what the authorizer tells of the key"
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
