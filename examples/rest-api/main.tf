locals {
  # What API Gateway wants is not the function's ARN but the one of its invocation.
  authorizer_uri = join("", [
    "arn:${data.aws_partition.current.partition}:apigateway:${data.aws_region.current.region}:lambda:path/2015-03-31",
    "/functions/${data.aws_cloudformation_export.authorizer.value}/invocations",
  ])

  # By default, the bodies of these answers differ in shape, and tell whether a policy denied a route or left it out.
  gateway_responses = {
    # No key, or none that is good.
    UNAUTHORIZED = { status = "401", message = "Unauthorized" }
    # A good key, but not for this route or from this address.
    ACCESS_DENIED = { status = "403", message = "Forbidden" }
    # The function failed, or may not be called.
    AUTHORIZER_FAILURE             = { status = "500", message = "Internal Server Error" }
    AUTHORIZER_CONFIGURATION_ERROR = { status = "500", message = "Internal Server Error" }
    # What API Gateway calls a missing token is a route that does not exist.
    MISSING_AUTHENTICATION_TOKEN = { status = "404", message = "Not Found" }
  }

  # The path of a resource, and its id.
  routes = {
    "/orders"      = aws_api_gateway_resource.orders.id
    "/orders/{id}" = aws_api_gateway_resource.order.id
  }
}

data "aws_partition" "current" {}

data "aws_region" "current" {}

# Unlike an import by another stack, this keeps nobody from deleting Latchkey's stack.
data "aws_cloudformation_export" "authorizer" {
  name = "${var.latchkey_stack}-AuthorizerArn"
}

resource "aws_api_gateway_rest_api" "this" {
  name        = var.name
  description = "A REST API whose callers need a key"

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_authorizer" "latchkey" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  name        = "latchkey"
  # The whole request. The default is TOKEN, whose event has no address, and one header only.
  type           = "REQUEST"
  authorizer_uri = local.authorizer_uri
  # A policy that is kept answers every request with the same sources, so they must tell apart all that the function
  # would. Whatever is in x-api-key counts as a key; an Authorization header of another scheme does not, and a policy kept
  # under it would serve others who send the same. So clients of this API send x-api-key: without it they get 401, and the
  # function is not called. A key may be bound to addresses: sourceIp keeps them apart. With PolicyScope=key a policy
  # covers all routes of the key. If other APIs need PolicyScope=request, add context.resourcePath and context.httpMethod
  # here: then one is kept for each route.
  identity_source = "method.request.header.x-api-key,context.identity.sourceIp"
  # A revocation takes this long, and Latchkey's CacheTtlSeconds on top. Left out, it is 300, too. With 0, nothing is kept:
  # then list no sources (an empty text, since the default is the Authorization header), and a key may be wherever
  # Latchkey looks for one.
  authorizer_result_ttl_in_seconds = 300
}

# Without it, every request is a 500. The ARN must be the function's own, without an alias or a version.
resource "aws_lambda_permission" "authorizer" {
  action        = "lambda:InvokeFunction"
  function_name = data.aws_cloudformation_export.authorizer.value
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/authorizers/${aws_api_gateway_authorizer.latchkey.id}"
}

resource "aws_api_gateway_resource" "orders" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_rest_api.this.root_resource_id
  path_part   = "orders"
}

resource "aws_api_gateway_resource" "order" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.orders.id
  path_part   = "{id}"
}

resource "aws_api_gateway_method" "backend" {
  for_each = local.routes

  rest_api_id = aws_api_gateway_rest_api.this.id
  resource_id = each.value
  http_method = "GET"
  # A method with authorization NONE is open to everybody.
  authorization = "CUSTOM"
  authorizer_id = aws_api_gateway_authorizer.latchkey.id
}

resource "aws_api_gateway_integration" "backend" {
  for_each = local.routes

  rest_api_id = aws_api_gateway_rest_api.this.id
  resource_id = each.value
  http_method = aws_api_gateway_method.backend[each.key].http_method
  type        = "AWS_PROXY"
  # How the function is called, whatever the method of the request.
  integration_http_method = "POST"
  uri                     = aws_lambda_function.backend.invoke_arn
}

resource "aws_api_gateway_gateway_response" "this" {
  for_each = local.gateway_responses

  rest_api_id        = aws_api_gateway_rest_api.this.id
  response_type      = each.key
  status_code        = each.value.status
  response_templates = { "application/json" = jsonencode({ message = each.value.message }) }
}

resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id

  # A change counts only once it is deployed, and Terraform does not see that by itself: whatever you add belongs here.
  triggers = {
    api = sha1(jsonencode([
      aws_api_gateway_authorizer.latchkey,
      aws_api_gateway_resource.orders,
      aws_api_gateway_resource.order,
      aws_api_gateway_method.backend,
      aws_api_gateway_integration.backend,
      aws_api_gateway_gateway_response.this,
    ]))
  }

  lifecycle {
    # The stage cannot be without one.
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "live" {
  rest_api_id   = aws_api_gateway_rest_api.this.id
  deployment_id = aws_api_gateway_deployment.this.id
  stage_name    = "live"

  # Neither headers nor query strings, where a key may be; and no key_id, because a key that is off the record must leave
  # no line that names it. Execution logs are off unless an aws_api_gateway_method_settings turns them on; with
  # data_trace_enabled they would hold whole requests.
  dynamic "access_log_settings" {
    for_each = aws_cloudwatch_log_group.access

    content {
      destination_arn = access_log_settings.value.arn
      format = jsonencode({
        time      = "$context.requestTime"
        requestId = "$context.requestId"
        method    = "$context.httpMethod"
        route     = "$context.resourcePath"
        status    = "$context.status"
        latency   = "$context.responseLatency"
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
          # Strings alone, and none at all where an open route was called without a key. Never log the event: the
          # headers in it hold the key.
          authorizer = event["requestContext"].get("authorizer") or {}
          key = {name: value for name, value in authorizer.items() if name not in ADDED}
          body = {"route": event["httpMethod"] + " " + event["resource"], "key": key}
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
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/*/GET/orders*"
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
