variable "latchkey_stack" {
  description = "The name of Latchkey's stack, in this account and region"
  type        = string
  default     = "latchkey"
}

variable "name" {
  description = "What the API, its function, its role and its logs are named after"
  type        = string
  default     = "latchkey-example-http"

  validation {
    condition     = can(regex("^[A-Za-z0-9-]{1,50}$", var.name))
    error_message = "The name must be 1 to 50 letters, digits and hyphens."
  }
}
